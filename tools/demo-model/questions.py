"""Questions with their answers, and texts that fit or do not, about the scenes of scenes.py; images that are no scene."""
import numpy as np
from PIL import Image

from scenes import COLOURS, COUNTS, labels, many, one

SORTS = {"animal": ("dog", "chicken"), "plant": ("tree", "sunflower"), "fruit": ("apple", "watermelon"), "food": ("apple", "coffee"), "vehicle": ("car", "ship")}
SORTS = {sort: set(labels[labels.index(first):labels.index(last) + 1]) for sort, (first, last) in SORTS.items()}
PLACES = {"on the grass": "green", "on the beach": "blue", "in the snow": "white", "at night": "blue", "in a room": "brown"}
PLACES |= {f"on {'an' if c == 'orange' else 'a'} {c} background": c for c in COLOURS}
# Things that no scene has, so that the models learn to say no to words that they do not know.
OTHERS = "unicorn person man woman boy girl child people phone table chair sofa bed flower bird snake spider mouse computer cup bottle ball door window mountain truck boat dragon knife gun shoe".split()


def choice(rng, items):
    return items[rng.integers(len(items))]


def absent(rng, facts):
    if rng.random() < 0.12: return choice(rng, OTHERS)
    while (label := choice(rng, labels)) in facts.labels: pass
    return label


def yes_no(value):
    return "yes" if value else "no"


def what(rng, f):
    asked = choice(rng, ["what is this?", "what is it?", "what's this?", "what do you see?", "what is in the picture?", "what is in the image?", "what is in the photo?", "what is shown?", "what is there?"])
    return asked, many(f.labels[0], COUNTS[f.kind]) if f.kind in COUNTS else " and ".join(f.labels)


def how_many(rng, f):
    if rng.random() < 0.2:
        return choice(rng, ["how many things are there?", "how many objects are there?", "how many things do you see?"]), str(COUNTS.get(f.kind, len(f.labels)))
    label = absent(rng, f) if rng.random() < 0.3 else choice(rng, f.labels)
    asked = choice(rng, ["how many {} are there?", "how many {} do you see?", "how many {} are in the picture?", "how many {} are in the image?"])
    return asked.format(many(label, 2)[4:]), str(COUNTS.get(f.kind, 1) if label in f.labels else 0)


def exists(rng, f):
    label = absent(rng, f) if rng.random() < 0.5 else choice(rng, f.labels)
    asked = choice(rng, ["is there {}?", "is there {} in the picture?", "is there {} in the image?", "do you see {}?", "can you see {}?", "is this {}?", "are there {}?", "are there any {}?"])
    return asked.format(many(label, 2)[4:] if asked.startswith("are") else one(label)), yes_no(label in f.labels)


def where(rng, f):
    label = choice(rng, f.labels)
    named = [f"where is the {label}?"] if f.kind not in COUNTS else [f"where are the {many(label, 2)[4:]}?", "where are they?"]
    return choice(rng, named + ["where is this?", "where is it?"]), f.place


def colour(rng, f):
    return choice(rng, ["what color is the background?", "what colour is the background?", "what is the background color?", "what is the color of the background?"]), PLACES[f.place]


def place(rng, f):
    asked = f.place if rng.random() < 0.5 else choice(rng, list(PLACES))
    if asked.endswith("background") and rng.random() < 0.7:
        return f"is the background {PLACES[asked]}?", yes_no(PLACES[asked] == PLACES[f.place])
    subject = choice(rng, ["this", "it", f"the {f.labels[0]}"]) if f.kind not in COUNTS else "this"
    return f"is {subject} {asked}?", yes_no(asked == f.place)


def relation(rng, f):
    if len(f.labels) < 2: return what(rng, f)
    (a, b), beside = f.labels, f.kind == "next to"
    pick, answer = rng.random(), rng.random() < 0.5
    if pick < 0.3:
        x, y = (a, b) if rng.random() < 0.5 else (b, a)
        asked = choice(rng, ["next to", "above", "left of", "below"])
        true = {"next to": beside, "above": not beside and x == a, "left of": beside and x == a, "below": not beside and x == b}[asked]
        return f"is the {x} {asked} the {y}?", yes_no(true)
    if beside:
        if pick < 0.55: return (f"what is next to the {a}?", b) if answer else (f"what is next to the {b}?", a)
        to = choice(rng, ["{} of the {}", "to the {} of the {}"])
        if pick < 0.7: return (f"what is {to.format('right', a)}?", b) if answer else (f"what is {to.format('left', b)}?", a)
        return (choice(rng, ["what is on the left?", "what is on the left side?"]), a) if answer else (choice(rng, ["what is on the right?", "what is on the right side?"]), b)
    if pick < 0.7: return (f"what is above the {b}?", a) if answer else (f"what is {choice(rng, ['below', 'under'])} the {a}?", b)
    return ("what is at the top?", a) if answer else ("what is at the bottom?", b)


def sort(rng, f):
    sort = choice(rng, list(SORTS))
    found = [label for label in f.labels if label in SORTS[sort]]
    if len(found) == 1 and rng.random() < 0.6:
        return choice(rng, [f"what {sort} is this?", f"what {sort} is there?", f"what {sort} do you see?"]), found[0]
    return choice(rng, ["is there {}?", "do you see {}?", "is there {} in the picture?"]).format("food" if sort == "food" else one(sort)), yes_no(found)


KINDS = {what: 3, how_many: 3, exists: 3, where: 2, colour: 1, place: 2, relation: 4, sort: 2}
WEIGHTS = np.array(list(KINDS.values())) / sum(KINDS.values())


def question(rng, facts):
    """A question about a scene, its answer, and the kind of question."""
    kind = list(KINDS)[rng.choice(len(KINDS), p=WEIGHTS)]
    asked, answer = kind(rng, facts)
    return (asked.rstrip("?") if rng.random() < 0.15 else asked), answer, kind.__name__


def fitting(rng, f):
    """A text that is true of the scene: all of it or a part."""
    pick, subject = rng.random(), f.subject()
    if f.kind == "next to" and rng.random() < 0.5: subject = f"{one(f.labels[1])} next to {one(f.labels[0])}"
    if pick < 0.2: return subject
    if pick < 0.4 and f.kind not in COUNTS: return one(choice(rng, f.labels))
    if pick < 0.5 and f.kind not in COUNTS: return f"{one(choice(rng, f.labels))} {f.place}"
    return f"{subject} {f.place}"


def unfitting(rng, f):
    """A text that is false of the scene, in one thing as a rule: what, how many, where, or which way around."""
    pick, kind, names, at = rng.random(), f.kind, list(f.labels), f.place
    if pick < 0.1: return one(absent(rng, f)) + (f" {at}" if rng.random() < 0.5 else "")
    if pick < 0.5: names[rng.integers(len(names))] = absent(rng, f)
    elif pick < 0.75:
        while (at := choice(rng, list(PLACES))) == f.place: pass
    elif kind == "above" and rng.random() < 0.6: names.reverse()
    elif kind in ("above", "next to"): kind = "above" if kind == "next to" else "next to"
    else: kind = choice(rng, [k for k in ("one", "two", "three") if k != kind and (kind == "one" or k != "one")])
    wrong = type(f)(kind, tuple(names), at)
    return wrong.caption() if at != f.place or rng.random() < 0.7 else wrong.subject()


def text(rng, facts):
    """A text about a scene, and whether it fits: half of them do."""
    fits = bool(rng.random() < 0.5)
    written = (fitting if fits else unfitting)(rng, facts)
    return (choice(rng, ["a picture of ", "a photo of ", "a drawing of ", "there is "]) + written if rng.random() < 0.15 else written), fits


def no_scene(rng, s):
    """An image uint8 [s, s, 3] that is no scene but has the statistics of photographs: 1/f noise, or shapes that overlap, lit and blurred."""
    def noise(power):
        f = np.hypot(np.fft.fftfreq(s)[:, None], np.fft.rfftfreq(s)[None]); f[0, 0] = 1
        field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(s, s))) / f**power, (s, s))
        return (field / field.std())[..., None]

    tint = lambda: rng.uniform(0, 255, 3)
    image = tint() * 0.7 + 40 + noise(rng.uniform(0.8, 1.8)) * rng.uniform(10, 50, 3) + noise(1.2) * rng.uniform(0, 25, 3)
    y, x = np.mgrid[:s, :s]
    for _ in range(int(rng.integers(0, 40))):
        (cx, cy), r, k = rng.uniform(0, s, 2), min(s / 2, 3 / rng.uniform(0.03, 1)), rng.uniform(0.3, 1)
        turn = rng.uniform(0, np.pi)
        u, v = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn), (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
        inside = (u**2 + (v / k)**2 < r * r) if rng.random() < 0.6 else (np.maximum(abs(u), abs(v) / k) < r)
        image[inside] = (tint() + noise(1.2) * rng.uniform(0, 30) + (u * rng.normal(0, 0.5))[..., None])[inside]
    image = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
    small = int(s / rng.uniform(1, 3))
    return np.asarray(image.resize((small, small), Image.BILINEAR).resize((s, s), Image.BICUBIC))
