"""Reads a Dockerfile into stages and instructions, and tells what .dockerignore keeps out. Used by the tests here."""

import re
import shlex
from dataclasses import dataclass, field


@dataclass
class Stage:
    """One FROM and what follows it: `(INSTRUCTION, rest)` in order, continued lines joined."""

    image: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        """What follows each of this stage's instructions of that kind."""
        return [rest for found, rest in self.steps if found == instruction]


def stages_of(text: str) -> list[Stage]:
    """The stages in order, ARGs put in. Raises ValueError for a line that is no instruction."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        instruction, _, rest = line.partition(" ")
        if not re.fullmatch(r"[A-Z]+", instruction):
            raise ValueError(f"no instruction: {line}")
        for name, value in arguments.items():
            rest = rest.replace(f"${{{name}}}", value)
        if instruction == "ARG":
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif instruction == "FROM":
            image, _, name = rest.partition(" AS ")
            found.append(Stage(image, name))
        else:
            found[-1].steps.append((instruction, rest.strip()))
    return found


def copied_from_context(stage: Stage) -> list[str]:
    """The paths of the build's context that a stage copies."""
    words = [shlex.split(rest) for rest in stage.all("COPY")]
    return [path for line in words if not line[0].startswith("--from=") for path in line[:-1]]


def kept_out(path: str, dockerignore: str) -> bool:
    """Whether .dockerignore keeps a file out: of the patterns that match it or a folder above it, the last decides."""
    parts = path.rstrip("/").split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    out = False
    for line in dockerignore.splitlines():
        if line.strip() and not line.startswith("#"):
            pattern = _regex(line.strip().removeprefix("!").rstrip("/"))
            if any(pattern.fullmatch(each) for each in above):
                out = not line.startswith("!")
    return out


def _regex(pattern: str) -> re.Pattern[str]:
    """Docker's patterns: `*` within a name, `**/` any folders."""
    escaped = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.compile(escaped)
