"""From a report to its sections, and from sections to the terminal, to a page, and to Markdown."""
