"""What a person can choose of how the pages look; the first of each is the default."""

CHOICES = {"theme": ("auto", "light", "dark"), "density": ("compact", "comfortable")}
