"""What runs in a job of GitHub Actions: reads the event, tells of the grades where people look."""
