"""Both parts by torch.compile."""

import torch
from blip_parts import ImagePart, StepPart, greedy, load_blip, past_shape


class Compiled:
    def __init__(self, model, new_tokens):
        self.config, self.dtype, self.new_tokens = model.config, model.dtype, new_tokens
        self.image = torch.compile(ImagePart(model), dynamic=True)
        self.step = torch.compile(StepPart(model), dynamic=True)

    def encode(self, pixels):
        return self.image(pixels.to(self.dtype))

    def embeds(self, encoded):
        return encoded[0]

    def decode(self, encoded):
        batch = len(encoded[0])
        past = [torch.empty(past_shape(self.config, batch, 0), dtype=self.dtype)] * (len(encoded) - 1)

        def step(tokens, position):
            nonlocal past
            logits, *past = self.step(tokens, torch.tensor([[position]]), *past, *encoded[1:])
            return logits

        return greedy(step, self.config, batch, self.new_tokens)


def is_prepared(*_):
    return True


def load(checkpoint, precision, new_tokens, **_):
    return Compiled(load_blip(checkpoint, {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]), new_tokens)


def versions():
    return {"torch": torch.__version__}
