"""Opens and updates the pull request of a branch: at GitHub, at GitLab, or by hand."""
