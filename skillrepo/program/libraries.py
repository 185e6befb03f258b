"""Imports dspy and litellm: silent, without caches, telemetry, downloads or files of a stranger."""

import gc
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from skillrepo.errors import SkillRepoError

# LiteLLM reads them when it is imported. By default it loads a `.env` of the current folder,
# which may be a stranger's repository, and fetches its price list from the network.
_ENVIRONMENT = {
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOG": "ERROR",
    # The optimizers of DSPy show bars of progress, whoever watches.
    "TQDM_DISABLE": "1",
}
_SETTINGS = {"telemetry": False, "suppress_debug_info": True, "turn_off_message_logging": True}
# They log whole requests, some with headers, when a host program turns logging up.
_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "dspy", "openai", "httpx")


def load() -> tuple[Any, Any]:
    """Give dspy and litellm; SkillRepoError where they are not installed."""
    os.environ.update(_ENVIRONMENT)
    try:
        with quiet(), _uncollected():
            # 3 seconds of CPU, for this writer alone.
            import dspy  # type: ignore[import-untyped]  # noqa: PLC0415
            import litellm  # noqa: PLC0415
    except ImportError as error:
        message = (
            f"the model writer needs dspy and litellm ({error}); install them: "
            "pip install 'skillrepo[llm]'"
        )
        raise SkillRepoError(message) from None
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name, value in _SETTINGS.items():
        setattr(litellm, name, value)
    # A reply of yesterday would be given out as today's, and the cache on disk is pickled.
    dspy.configure_cache(enable_disk_cache=False, enable_memory_cache=False)
    return dspy, litellm


class _Silence:
    """How many hold their peace now, and what there was to hear before."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.within = 0
        self.filters = ExitStack()


_silence = _Silence()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage: an import leaves little, and to look through all it made takes 0.8 s."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def quiet() -> Iterator[None]:
    """Their warnings are about their own code: pydantic models, event loops, deprecations.

    What is heard is one setting of the whole process, and steps are asked at once: the first to
    come turns it off, and only the last to leave turns it on again.
    """
    with _silence.lock:
        if not _silence.within:
            _silence.filters.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
        _silence.within += 1
    try:
        yield
    finally:
        with _silence.lock:
            _silence.within -= 1
            if not _silence.within:
                _silence.filters.close()
