"""What a skill changes: tasks done with it and without it, and requests that reach it."""
