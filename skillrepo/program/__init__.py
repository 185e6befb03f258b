"""The model writer: a DSPy program over LiteLLM. Neither is imported before the first draft."""
