"""Composes captioned scenes from the emoji sprites: what the demo model is trained, evaluated and tested on.

Reads sprites.bin and sprites.json, made by render-sprites.mjs, from the working directory.  (needs numpy, pillow)
"""
import json
import os
from dataclasses import dataclass

import numpy as np
from PIL import Image

CANVAS = 128
TRAIN_STYLES, UNSEEN_STYLES = ["noto", "fluent-emoji-flat", "twemoji"], ["openmoji"]
SIZES = [36, 42, 48, 54, 60, 72, 84, 96]
COLOURS = {"red": (200, 40, 40), "green": (60, 160, 70), "blue": (50, 90, 200), "yellow": (240, 215, 70), "orange": (240, 140, 40),
           "purple": (130, 70, 170), "pink": (245, 160, 190), "white": (245, 245, 245), "black": (20, 20, 20), "gray": (128, 128, 128), "brown": (120, 80, 50)}
PLURALS = {"fox": "foxes", "fish": "fish", "sheep": "sheep", "octopus": "octopuses", "cactus": "cactuses", "strawberry": "strawberries", "butterfly": "butterflies",
           "bus": "buses", "trophy": "trophies", "glasses": "glasses", "bread": "bread"}

COUNTS = {"two": 2, "three": 3}

here = os.path.dirname(os.path.abspath(__file__))
labels = [c["label"] for c in json.load(open(f"{here}/classes.json"))]
sprites_raw = np.fromfile("sprites.bin", np.uint8).reshape(-1, 96, 96, 4)
sprites_by = {}
for entry in json.load(open("sprites.json")):
    sprites_by.setdefault((entry["label"], entry["set"]), []).append(entry["off"])
sprite_cache = {}


def one(label):
    return label if label in ("glasses", "bread") else ("an " if label[0] in "aeiou" else "a ") + label


def many(label, count):
    return {2: "two ", 3: "three "}[count] + PLURALS.get(label, label + "s")


def sprite(offset, size, rng):
    key = (offset, size, int(rng.integers(5)))
    if key not in sprite_cache:
        image = Image.fromarray(sprites_raw[offset]).rotate((key[2] - 2) * 8, Image.BICUBIC).resize((size, size), Image.BICUBIC)
        sprite_cache[key] = np.asarray(image, np.float32)
    found = sprite_cache[key]
    return found[:, ::-1] if rng.random() < 0.5 else found


def background(rng, s):
    jitter = lambda c, k=16: np.clip(np.array(c, np.float32) + rng.integers(-k, k + 1, 3), 0, 255)
    image, pick = np.empty((s, s, 3), np.float32), rng.random()
    if pick < 0.5:
        name = list(COLOURS)[rng.integers(len(COLOURS))]
        image[:] = jitter(COLOURS[name])
        image += np.linspace(-1, 1, s, dtype=np.float32)[:, None, None] * rng.uniform(-14, 14)
        phrase = f"on {'an' if name == 'orange' else 'a'} {name} background"
    elif pick < 0.62:
        h = int(s * rng.uniform(0.3, 0.6))
        image[:h], image[h:], phrase = jitter((135, 200, 245)), jitter((90, 170, 60)), "on the grass"
    elif pick < 0.72:
        h, h2 = int(s * rng.uniform(0.2, 0.4)), int(s * rng.uniform(0.5, 0.7))
        image[:h], image[h:h2], image[h2:], phrase = jitter((140, 205, 250)), jitter((30, 120, 190)), jitter((235, 210, 150)), "on the beach"
    elif pick < 0.82:
        h = int(s * rng.uniform(0.3, 0.6))
        image[:h], image[h:], phrase = jitter((180, 205, 230)), jitter((240, 245, 250), 8), "in the snow"
    elif pick < 0.92:
        image[:], stars, phrase = jitter((15, 20, 60), 10), rng.integers(15, 50), "at night"
        image[rng.integers(0, s, stars), rng.integers(0, s, stars)] = 220
    else:
        h = int(s * rng.uniform(0.55, 0.75))
        image[:h], image[h:], phrase = jitter((200, 170, 130)), jitter((120, 75, 45)), "in a room"
    return image + rng.normal(0, rng.uniform(0, 4), (s, s, 1)).astype(np.float32), phrase


def paste(image, patch, cx, cy):
    s, z = image.shape[0], patch.shape[0]
    x0, y0 = int(cx - z / 2), int(cy - z / 2)
    xs, ys, xe, ye = max(0, x0), max(0, y0), min(s, x0 + z), min(s, y0 + z)
    part = patch[ys - y0:ye - y0, xs - x0:xe - x0]
    alpha = part[..., 3:] / 255
    image[ys:ye, xs:xe] = image[ys:ye, xs:xe] * (1 - alpha) + part[..., :3] * alpha


@dataclass(frozen=True)
class Facts:
    """What a scene shows: `labels` one thing or two; `kind` "one", "next to" (left, right), "above" (upper, lower), "two" or "three"."""
    kind: str
    labels: tuple
    place: str

    def subject(self):
        if self.kind in COUNTS: return many(self.labels[0], COUNTS[self.kind])
        return f" {self.kind} ".join(map(one, self.labels))

    def caption(self):
        return f"{self.subject()} {self.place}"


def scene(rng, styles, s):
    """One image uint8 [s, s, 3] and its caption."""
    image, facts = composed(rng, styles, s)
    return image, facts.caption()


def composed(rng, styles, s):
    """One image uint8 [s, s, 3] and what it shows."""
    image, place = background(rng, s)
    pick, around = lambda: labels[rng.integers(len(labels))], lambda v, d: v + rng.uniform(-d, d)
    label, kind = pick(), rng.random()

    def draw(name, low, high):
        offsets = sprites_by[(name, styles[rng.integers(len(styles))])]
        sizes = [z for z in SIZES if low <= z <= high]
        return sprite(offsets[rng.integers(len(offsets))], sizes[rng.integers(len(sizes))], rng)

    if s == 64:
        paste(image, draw(label, 42, 60), around(32, 6), around(32, 6)); what = "one", (label,)
    elif kind < 0.45:
        paste(image, draw(label, 48, 96), around(64, 18), around(64, 18)); what = "one", (label,)
    elif kind < 0.82:
        other = pick()
        while other == label: other = pick()
        if kind < 0.70:
            paste(image, draw(label, 42, 60), around(33, 5), around(64, 14)); paste(image, draw(other, 42, 60), around(95, 5), around(64, 14)); what = "next to", (label, other)
        else:
            paste(image, draw(label, 42, 60), around(64, 14), around(33, 5)); paste(image, draw(other, 42, 60), around(64, 14), around(95, 5)); what = "above", (label, other)
    elif kind < 0.92:
        patch = draw(label, 42, 60)
        for x in (33, 95): paste(image, patch, around(x, 5), around(64, 12))
        what = "two", (label,)
    else:
        patch = draw(label, 36, 42)
        for x in (24, 64, 104): paste(image, patch, around(x, 3), around(64, 10))
        what = "three", (label,)
    return np.clip(image, 0, 255).astype(np.uint8), Facts(*what, place)
