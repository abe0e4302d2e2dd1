"""transformers' own generate, as BentoBlip runs it."""

import torch
import transformers
from blip_parts import load_blip


class Eager:
    def __init__(self, model, new_tokens):
        self.model, self.new_tokens = model, new_tokens
        self.encoded = None
        self.real = model.vision_model.forward
        # `generate` encodes by itself: it is given what `encode` has made.
        model.vision_model.forward = lambda *_, **__: self.encoded

    def encode(self, pixels):
        return self.real(pixel_values=pixels.to(self.model.dtype))

    def embeds(self, encoded):
        return encoded.last_hidden_state

    def decode(self, encoded):
        self.encoded = encoded
        rows = encoded.last_hidden_state
        ids = self.model.generate(
            pixel_values=rows, min_new_tokens=self.new_tokens, max_new_tokens=self.new_tokens, do_sample=False
        )
        return ids.tolist()


def is_prepared(*_):
    return True


def load(checkpoint, precision, new_tokens, **_):
    return Eager(load_blip(checkpoint, {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]), new_tokens)


def versions():
    return {"torch": torch.__version__, "transformers": transformers.__version__}
