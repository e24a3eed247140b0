def ℌandler(évent, ctx):
    ªº = évent["\N{BULLET}"]
    return ªº
