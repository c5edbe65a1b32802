"""The convergence lab: a study's form, and the study on the screen."""
