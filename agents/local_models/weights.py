"""Which files local weights are: a folder in the format of transformers, or one GGUF file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shiftgym.files import MEBIBYTE

_READ = (".bin", ".jinja", ".json", ".model", ".safetensors", ".txt")
"""Suffixes of the files in a folder that decide replies."""


@dataclass(frozen=True)
class Weights:
    """Local weights.

    Attributes:
        folder: that holds them.
        gguf: name of the GGUF file in it; None for the format of transformers.
        adapter: folder of a LoRA adapter in the format of peft, None for none.
    """

    folder: Path
    gguf: str | None = None
    adapter: Path | None = None

    @property
    def name(self) -> str:
        """Of the folder or file, and of the adapter behind it."""
        of = self.folder.resolve().name if self.gguf is None else Path(self.gguf).stem
        return of if self.adapter is None else f"{of}+{self.adapter.resolve().name}"

    @property
    def files(self) -> list[Path]:
        """All that decides replies, in order."""
        found = _files(self.folder) if self.gguf is None else [self.folder / self.gguf]
        return found + ([] if self.adapter is None else _files(self.adapter))

    def digest(self) -> str:
        """Return 16 hexadecimal digits that change with the name or content of any file.

        Raises:
            OSError: a file cannot be read.
        """
        total = hashlib.sha256()
        for path in self.files:
            total.update(f"{path.name} {path.stat().st_size}\n".encode())
            with path.open("rb") as file:
                while part := file.read(MEBIBYTE):
                    total.update(part)
        return total.hexdigest()[:16]


def find_weights(path: str, adapter: str | None = None) -> Weights:
    """Return the weights at a path; nothing is downloaded.

    Args:
        path: of a folder or a GGUF file, without `hf:`.
        adapter: folder of a LoRA adapter.

    Raises:
        ValueError: there are none.
    """
    found, lora = Path(path), None if adapter is None else Path(adapter)
    if lora is not None and not (lora / "adapter_config.json").is_file():
        raise ValueError(
            f"--adapter {adapter} is no LoRA adapter: expected a folder with adapter_config.json, "
            f"as peft saves it."
        )
    if found.suffix == ".gguf" and found.is_file():
        return Weights(found.parent, found.name, lora)
    if (found / "config.json").is_file():
        return Weights(found, None, lora)
    raise ValueError(
        f"hf:{path} holds no weights: expected a folder with config.json, as transformers "
        f"saves it, or a .gguf file. Nothing is downloaded here; `hf download ORGANISATION/MODEL "
        f"--local-dir FOLDER` does that."
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in _READ)
