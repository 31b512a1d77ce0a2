"""What the demo tells: everyday work that looks like collection, and the collection itself."""
