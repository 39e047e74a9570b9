"""An invented company: everything it knows of its customers, and the truth that it cannot know."""
