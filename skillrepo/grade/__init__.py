"""What a change makes of skills: measures, routing and gate, base against head."""
