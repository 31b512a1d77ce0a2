"""What the main screen's keys do, by what they are about; each function takes the screen."""
