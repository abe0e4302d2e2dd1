"""onnxruntime over what torch.onnx makes of the two parts; the loop is Python's."""

import os

import numpy as np
import onnxruntime
import torch
import transformers
from blip_parts import ImagePart, StepPart, greedy, load_blip, past_shape


def is_prepared(folder, _):
    return os.path.exists(os.path.join(folder, "exported"))


def prepare(checkpoint, _precision, _images, _new_tokens, folder):
    """Writes image.onnx and step.onnx."""
    model = load_blip(checkpoint, torch.float32)
    config = model.config
    side = config.vision_config.image_size
    batch = torch.export.Dim("batch", min=1, max=64)
    past_dim = torch.export.Dim("past", min=1, max=511)
    image = ImagePart(model).eval()
    pixels = torch.zeros(2, 3, side, side)
    image_outputs = image(pixels)
    count = len(image_outputs) - 1
    names = [f"{kind}.{layer}" for layer in range(count // 2) for kind in ("keys", "values")]
    torch.onnx.export(
        image,
        (pixels,),
        os.path.join(folder, "image.onnx"),
        input_names=["pixels"],
        output_names=["embeds", *(f"image.{name}" for name in names)],
        dynamic_shapes=({0: batch},),
        external_data=True,
        verbose=False,
    )
    past = [torch.zeros(past_shape(config, 2, 3)) for _ in range(count)]
    torch.onnx.export(
        StepPart(model).eval(),
        (torch.zeros(2, 1, dtype=torch.long), torch.tensor([[3]]), *past, *image_outputs[1:]),
        os.path.join(folder, "step.onnx"),
        input_names=["tokens", "position", *(f"past.{name}" for name in names), *(f"image.{name}" for name in names)],
        output_names=["logits", *(f"present.{name}" for name in names)],
        dynamic_shapes=({0: batch}, None, tuple([{0: batch, 2: past_dim}] * count + [{0: batch}] * count)),
        external_data=True,
        verbose=False,
    )
    open(os.path.join(folder, "exported"), "w").close()


class OnnxRuntime:
    def __init__(self, config, folder, threads, new_tokens):
        self.config, self.new_tokens = config, new_tokens
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.image, self.step = (
            onnxruntime.InferenceSession(os.path.join(folder, f"{part}.onnx"), options) for part in ("image", "step")
        )
        self.names = [output.name.removeprefix("present.") for output in self.step.get_outputs()[1:]]

    def encode(self, pixels):
        return self.image.run(None, {"pixels": pixels.numpy()})

    def embeds(self, encoded):
        return torch.from_numpy(encoded[0])

    def decode(self, encoded):
        batch = len(encoded[0])
        binding = self.step.io_binding()
        value = onnxruntime.OrtValue.ortvalue_from_numpy
        for name, array in zip(self.names, encoded[1:]):
            binding.bind_ortvalue_input(f"image.{name}", value(array))
        none = value(np.zeros(past_shape(self.config, batch, 0), np.float32))
        past = [none] * len(self.names)

        def step(tokens, position):
            nonlocal past
            binding.bind_cpu_input("tokens", tokens.numpy())
            binding.bind_cpu_input("position", np.array([[position]]))
            for name, cache in zip(self.names, past):
                binding.bind_ortvalue_input(f"past.{name}", cache)
            binding.clear_binding_outputs()
            for output in self.step.get_outputs():
                binding.bind_output(output.name)
            self.step.run_with_iobinding(binding)
            logits, *past = binding.get_outputs()
            return torch.from_numpy(logits.numpy())

        return greedy(step, self.config, batch, self.new_tokens)


def load(checkpoint, folder, threads, new_tokens, **_):
    return OnnxRuntime(transformers.AutoConfig.from_pretrained(checkpoint), folder, threads, new_tokens)


def versions():
    return {"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}
