"""The demo world: people, queues and workflows, and three months of work replayed through the real actions."""
