"""The descriptors of Firestore's messages as Google's installed client has them. As a script: writes them to the file
that engine/adapters/firestore/messages.py reads, after the client was updated. Used by test_messages.py.
"""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1 import types
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from engine.adapters.firestore.messages import DESCRIPTORS

USED = (
    *("CommitRequest", "CommitResponse", "BatchGetDocumentsRequest", "BatchGetDocumentsResponse"),
    *("RunQueryRequest", "RunQueryResponse", "Document", "StructuredQuery"),
)


def of_the_client() -> FileDescriptorSet:
    """The files that define what we use, each after those that it needs; these by name, since the client names them in
    another order each time.
    """
    found: dict[str, FileDescriptorProto] = {}

    def add(file: Any) -> None:
        for needed in sorted(file.dependencies, key=lambda each: str(each.name)):
            add(needed)
        if file.name not in found:
            found[file.name] = copy = FileDescriptorProto()
            file.CopyToProto(copy)
            copy.dependency[:] = sorted(copy.dependency)

    for name in USED:
        add(getattr(types, name).pb().DESCRIPTOR.file)
    return FileDescriptorSet(file=found.values())


if __name__ == "__main__":
    DESCRIPTORS.write_bytes(of_the_client().SerializeToString(deterministic=True))
