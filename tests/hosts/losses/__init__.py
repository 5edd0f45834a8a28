"""The losses on each rule that hosts are tried with, a file for each page of rules/."""
