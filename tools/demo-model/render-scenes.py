"""Renders captioned scenes as one sheet of tiles, row by row, for tests of the demo model.

usage: render-scenes.py OUT      writes OUT.jpg and OUT.json    (needs numpy, pillow; sprites from render-sprites.mjs)

The seed is none that train.py evaluates with, and training drew its seeds from the clock. JPEG works on 8x8 blocks, so
that tiles do not run into each other.
"""
import json
import sys

import numpy as np
from PIL import Image

from scenes import CANVAS, TRAIN_STYLES, scene

COLUMNS, ROWS, SEED = 20, 15, 300


def render(out):
    rng = np.random.default_rng(SEED)
    sheet, captions = Image.new("RGB", (COLUMNS * CANVAS, ROWS * CANVAS)), []
    for index in range(COLUMNS * ROWS):
        pixels, caption = scene(rng, TRAIN_STYLES, CANVAS)
        sheet.paste(Image.fromarray(pixels), (index % COLUMNS * CANVAS, index // COLUMNS * CANVAS))
        captions.append(caption)
    sheet.save(f"{out}.jpg", quality=92, subsampling=0, optimize=True)
    with open(f"{out}.json", "w") as file:
        json.dump({"tileSize": CANVAS, "columns": COLUMNS, "captions": captions}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    render(sys.argv[1])
