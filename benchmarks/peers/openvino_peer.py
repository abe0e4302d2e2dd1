"""OpenVINO over its own conversion of the two parts, the cache kept inside it; int8 by NNCF, weights and activations."""

import os

import numpy as np
import openvino as ov
import torch
import transformers
from blip_parts import ImagePart, StepPart, greedy, load_blip, past_shape
from openvino._offline_transformations import apply_make_stateful_transformation


def convert(checkpoint, folder):
    """Writes image.xml and step.xml, in float32."""
    model = load_blip(checkpoint, torch.float32)
    config = model.config
    side = config.vision_config.image_size
    image = ImagePart(model).eval()
    pixels = torch.zeros(1, 3, side, side)
    image_outputs = image(pixels)
    count = len(image_outputs) - 1
    converted = ov.convert_model(image, example_input=(pixels,), input=[ov.PartialShape([-1, 3, side, side])])
    name_all(converted.inputs, ["pixels"])
    name_all(converted.outputs, ["embeds", *(f"image.{index}" for index in range(count))])
    ov.save_model(converted, os.path.join(folder, "image.xml"), compress_to_fp16=False)

    past = [torch.zeros(past_shape(config, 1, 3)) for _ in range(count)]
    example = (torch.zeros(1, 1, dtype=torch.long), torch.tensor([[3]]), *past, *image_outputs[1:])
    past_partial = ov.PartialShape([-1, *past_shape(config, 1, 0)[1:2], -1, past_shape(config, 1, 0)[3]])
    image_partial = ov.PartialShape([-1, *image_outputs[1].shape[1:]])
    shapes = [ov.PartialShape([-1, 1]), ov.PartialShape([1, 1]), *[past_partial] * count, *[image_partial] * count]
    converted = ov.convert_model(StepPart(model).eval(), example_input=example, input=shapes)
    numbers = range(count)
    name_all(
        converted.inputs,
        ["tokens", "position", *(f"past.{index}" for index in numbers), *(f"image.{index}" for index in numbers)],
    )
    name_all(converted.outputs, ["logits", *(f"present.{index}" for index in numbers)])
    ov.save_model(converted, os.path.join(folder, "step.xml"), compress_to_fp16=False)


def name_all(ports, names):
    for port, name in zip(ports, names, strict=True):
        port.get_tensor().set_names({name})


def quantize(core, folder, target, images, config, new_tokens):
    """NNCF's post-training quantization of both parts, over the images and what decoding them feeds to the steps."""
    import nncf

    image = core.read_model(os.path.join(folder, "image.xml"))
    step = core.read_model(os.path.join(folder, "step.xml"))
    compiled_image, compiled_step = (core.compile_model(model, "CPU") for model in (image, step))
    feeds = []
    for pixels in images:
        outputs = compiled_image({"pixels": pixels[None].numpy()})
        kept = {f"image.{index}": outputs[f"image.{index}"] for index in range(len(outputs) - 1)}
        past = {f"past.{index}": np.zeros(past_shape(config, 1, 0), np.float32) for index in range(len(kept))}

        def run(tokens, position):
            nonlocal past
            feed = {"tokens": tokens.numpy(), "position": np.array([[position]]), **past, **kept}
            outputs = compiled_step(feed)
            # The cache is empty before the first step, of which there is nothing to learn.
            if position % 4 == 1:
                feeds.append(feed)
            past = {f"past.{index}": outputs[f"present.{index}"] for index in range(len(past))}
            return torch.from_numpy(outputs["logits"].copy())

        greedy(run, config, 1, new_tokens)
    del compiled_image, compiled_step
    sets = {"image": [{"pixels": each[None].numpy()} for each in images], "step": feeds}
    for part, model in (("image", image), ("step", step)):
        quantized = nncf.quantize(
            model,
            nncf.Dataset(sets[part]),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(sets[part]),
        )
        ov.save_model(quantized, os.path.join(target, f"{part}.xml"), compress_to_fp16=False)


class OpenVino:
    def __init__(self, core, config, folder, options, new_tokens):
        self.config, self.new_tokens = config, new_tokens
        image = core.read_model(os.path.join(folder, "image.xml"))
        step = core.read_model(os.path.join(folder, "step.xml"))
        self.count = len(image.outputs) - 1
        pairs = {f"past.{index}": f"present.{index}" for index in range(self.count)}
        apply_make_stateful_transformation(step, pairs)
        self.image = core.compile_model(image, "CPU", options).create_infer_request()
        self.step = core.compile_model(step, "CPU", options).create_infer_request()

    def encode(self, pixels):
        self.image.infer({"pixels": pixels.numpy()}, share_inputs=True)
        return [self.image.get_output_tensor(index) for index in range(self.count + 1)]

    def embeds(self, encoded):
        return torch.from_numpy(np.array(encoded[0].data))

    def decode(self, encoded):
        batch = encoded[0].shape[0]
        for index, tensor in enumerate(encoded[1:]):
            self.step.set_tensor(f"image.{index}", tensor)
        empty = np.zeros(past_shape(self.config, batch, 0), np.float32)
        for state in self.step.query_state():
            state.state = ov.Tensor(empty)

        def step(tokens, position):
            self.step.set_tensor("tokens", ov.Tensor(tokens.numpy()))
            self.step.set_tensor("position", ov.Tensor(np.array([[position]])))
            self.step.infer()
            return torch.from_numpy(self.step.get_tensor("logits").data)

        return greedy(step, self.config, batch, self.new_tokens)


def graphs(folder, precision):
    return os.path.join(folder, "int8" if precision == "int8" else "float")


def is_prepared(folder, precision):
    return os.path.exists(os.path.join(graphs(folder, precision), "complete"))


def prepare(checkpoint, precision, images, new_tokens, folder):
    target = graphs(folder, precision)
    os.makedirs(target, exist_ok=True)
    if precision != "int8":
        convert(checkpoint, target)
    else:
        if not is_prepared(folder, "fp32"):
            prepare(checkpoint, "fp32", images, new_tokens, folder)
        config = transformers.AutoConfig.from_pretrained(checkpoint)
        quantize(ov.Core(), graphs(folder, "fp32"), target, images, config, new_tokens)
    open(os.path.join(target, "complete"), "w").close()


def load(checkpoint, precision, new_tokens, threads, folder):
    config = transformers.AutoConfig.from_pretrained(checkpoint)
    options = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    # What int8 leaves in floats is in bf16 where the CPU has it: OpenVINO's own choice.
    if precision != "int8":
        options["INFERENCE_PRECISION_HINT"] = {"fp32": "f32", "bf16": "bf16"}[precision]
    return OpenVino(ov.Core(), config, graphs(folder, precision), options, new_tokens)


def versions():
    import nncf

    return {"openvino": ov.__version__, "nncf": nncf.__version__}
