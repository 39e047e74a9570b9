"""Pictures, words and pages: plots, findings, the authoring verbs and the page template."""
