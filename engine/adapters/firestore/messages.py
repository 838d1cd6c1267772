"""Firestore's protobuf messages, made of the descriptors in firestore_v1.binpb. Used by wire, queries and memory.

Google's client has them too, and brings all of itself when it is asked for one: a quarter of a second of every start,
for three calls. The file holds that client's own descriptors, and a test says when they differ from what is installed.
They live in a pool of their own, so that the client may be loaded beside them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

# Protobuf's classes are made at run time: they have no types of their own.
Message: TypeAlias = Any

DESCRIPTORS = Path(__file__).with_name("firestore_v1.binpb")
PACKAGE = "google.firestore.v1"


def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
        pool.Add(file)
    return pool


_POOL = _pool()


def message(name: str) -> Message:
    """The class of a message of Firestore's. Raises KeyError for a name that it does not have."""
    return GetMessageClass(_POOL.FindMessageTypeByName(f"{PACKAGE}.{name}"))


CommitRequest: Message = message("CommitRequest")
CommitResponse: Message = message("CommitResponse")
BatchGetDocumentsRequest: Message = message("BatchGetDocumentsRequest")
BatchGetDocumentsResponse: Message = message("BatchGetDocumentsResponse")
RunQueryRequest: Message = message("RunQueryRequest")
RunQueryResponse: Message = message("RunQueryResponse")
Document: Message = message("Document")
StructuredQuery: Message = message("StructuredQuery")
