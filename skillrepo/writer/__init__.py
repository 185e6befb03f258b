"""Who writes a draft: each module has one `write` of the type `draft.Write`."""
