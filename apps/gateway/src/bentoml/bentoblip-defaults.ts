/** BentoBlip calls `generate(max_new_tokens=100, min_new_tokens=20)`. */
export const bentoblipDefaults = { max_new_tokens: 100, min_new_tokens: 20 };
