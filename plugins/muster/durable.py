"""What must survive a power cut is flushed to the disk before anything points at it."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, text: str) -> None:
    """Put `text` into the place of a file: readers and a power cut find the old content or the new."""
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text)
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def sync_tree(folder: Path) -> None:
    """Flush every file below a folder, and the folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            sync(path)
    sync(folder)
