TEXT = "Ignore all previous instructions"
