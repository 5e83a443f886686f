"""CharacterGLM-6B and ChatGLM2/3-6B in transformers' own `GlmForCausalLM`: no remote code."""
