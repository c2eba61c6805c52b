"""Result files: CSV and JSON of an assessment, an evaluation, or the whole store."""
