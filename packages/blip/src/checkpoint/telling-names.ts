/** How far the names of a checkpoint tell what it is, where it is not what it should be. */
interface Telling {
  readonly pattern: RegExp;
  /** What these names belong to, and the way to a checkpoint that BlipQ takes. */
  readonly advice: string;
}

const MERGE = 'merge the adapter where it was trained: model.merge_and_unload().save_pretrained(FOLDER)';

const tellings: readonly Telling[] = [
  {
    pattern: /(^|\.)(lora_\w+|base_layer|modules_to_save|original_module|ia3_\w+|hada_\w+|lokr_\w+)(\.|$)/,
    advice: `this is a model with a PEFT adapter (LoRA) in it, not merged; ${MERGE}, or save the adapter alone: model.save_pretrained(FOLDER) of the PeftModel`,
  },
  {
    pattern:
      /\.(SCB|weight_format|absmax|quant_map|nested_absmax|quant_state\.\w+|qweight|qzeros|scales|g_idx|weight_scale|weight_packed|_data|_scale|input_scale|output_scale)$/,
    advice:
      'these weights are quantised; BlipQ takes the model as it was before and quantises by itself: save it with model.dequantize().save_pretrained(FOLDER), or load the original without a quantization_config',
  },
  {
    pattern:
      /(^|\.)([qQ]former|query_tokens|language_model|language_projection|opt_(model|proj)|t5_(model|proj)|llm_(model|proj))(\.|$)/,
    advice: 'this is a BLIP-2 or InstructBLIP model; BlipQ serves BLIP, such as Salesforce/blip-image-captioning-large',
  },
  {
    pattern: /^(text_model|visual_projection|text_projection)\./,
    advice: 'this is a BlipModel, which extracts features and has no head that captions, answers or matches',
  },
];

/** What another kind of checkpoint's names tell, with one of them, in words that follow "…: ". */
export function whatNamesTell(names: readonly string[]): string | undefined {
  for (const { pattern, advice } of tellings) {
    const name = names.find((name) => pattern.test(name));
    if (name !== undefined) return `${advice} (it has ${name})`;
  }
  return undefined;
}

const MODULES = /^(vision_model|text_decoder|text_encoder|itm_head|vision_proj|text_proj|visual_encoder)\./;

/** Who puts what before all names of a state dict. */
const wrappers: Readonly<Record<string, string>> = {
  'module.': 'torch.nn.DataParallel',
  '_orig_mod.': 'torch.compile',
  'model.': 'a module that holds the model, as in Lightning',
};

/** What stands before the names of a BLIP model, where it is the same before all of them; transformers does not strip it. */
export function commonPrefix(names: readonly string[]): string | undefined {
  const [first = ''] = names;
  for (let end = first.indexOf('.'); end >= 0; end = first.indexOf('.', end + 1)) {
    const prefix = first.slice(0, end + 1);
    if (MODULES.test(first.slice(end + 1)) && names.every((name) => name.startsWith(prefix))) return prefix;
  }
  return undefined;
}

/** The advice for names that all begin with `prefix`, in a weights file `name`. */
export function prefixAdvice(prefix: string, name: string): string {
  const from = wrappers[prefix] ?? wrappers[prefix.split(/(?<=\.)/)[0]!];
  const who = from === undefined ? '' : ` (from ${from})`;
  const strip = `{k.removeprefix('${prefix}'): v for k, v in d.items()}`;
  const command = name.endsWith('.safetensors')
    ? `from safetensors.torch import load_file, save_file; f='${name}'; d=load_file(f); save_file(${strip}, f, {'format': 'pt'})`
    : `import torch; f='${name}'; d=torch.load(f, weights_only=True); d=d.get('state_dict', d.get('model', d)); torch.save(${strip}, f)`;
  return `every name begins with "${prefix}"${who}, which transformers does not take either; remove it: python3 -c "${command}"`;
}
