SMALL={"size":6,"full":4}
LAYOUT=("start.trees",)
BRIEF=75
