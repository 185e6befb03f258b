"""What a model says of a skill: closed questions, and answers that code verifies."""
