"""Writes parquet/*.parquet by pandas: files to be read, and two to be refused.

Needs pandas and pyarrow:

    python -P tests/golden/parquet.py
"""

import pathlib

import pandas as pd

FOLDER = pathlib.Path(__file__).resolve().parent / "parquet"


def main():
    FOLDER.mkdir(exist_ok=True)
    people = ["ann", "bob", "cy", "dee"]
    # Names that could be values: of columns in the user's language, and numbers, as NumPy's columns have them.
    edges = pd.DataFrame({"person": people[:3], "friend": people[1:], "weight": [0.5, 2.0, 1.5]})
    frames = {
        "edges": edges,
        "empty": edges.iloc[:0],
        "numbers": pd.DataFrame({"0": [5, 6, 7], "1": [6, 7, 8]}),
        "features": pd.DataFrame({"0": people, "1": [1.0, 2.0, 3.0, 4.0], "2": [0.0, 1.0, 0.0, 1.0]}),
        "labels": pd.DataFrame({"wer": people, "was": ["u", "v", "u", "v"]}),
    }
    for name, frame in frames.items():
        frame.to_parquet(FOLDER / f"{name}.parquet", index=False)
    edges.to_parquet(FOLDER / "brotli.parquet", index=False, compression="brotli")
    bomb = pd.DataFrame({"person": ["a" * (1 << 24), "b"], "friend": ["c", "d"]})
    bomb.to_parquet(FOLDER / "bomb.parquet", index=False, compression="zstd")


if __name__ == "__main__":
    main()
