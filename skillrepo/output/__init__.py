"""Reports and lists as text or JSON: one file a format."""
