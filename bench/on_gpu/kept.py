"""The file of a session's results."""
import datetime
import json
import re
import sys


class Kept:
    """A file that is opened first, so that a folder which cannot be written ends a session at its beginning, and is named
    after the card once that is known. Its name has the time too: no session takes the place of an earlier one. Without a
    result it goes again."""

    def __init__(self, folder, now=None):
        self.folder, self.has_results = folder, False
        self.time = f"{now or datetime.datetime.now():%Y%m%d-%H%M%S}"
        self.path = folder / f"gpu-{self.time}.jsonl.partial"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.file = self.path.open("x")
        except OSError as error:
            sys.exit(f"error: results cannot be written into {folder}: {error.strerror}; --out names another folder")

    def name(self, card):
        """Names the file after the card."""
        slug = re.sub(r"[^a-z0-9]+", "-", card.lower()).strip("-")
        self.path = self.path.replace(self.folder / f"gpu-{slug}-{self.time}.jsonl")

    def write(self, line):
        """Writes a line, which is there then whatever ends the session."""
        print(json.dumps(line), file=self.file, flush=True)
        self.has_results |= line.get("kind") == "run" and "failure" not in line

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.file.close()
        if not self.has_results:
            self.path.unlink()
