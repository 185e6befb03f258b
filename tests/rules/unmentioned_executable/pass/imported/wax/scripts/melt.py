from ladle import pour
