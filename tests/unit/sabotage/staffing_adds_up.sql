update marts.staffing_plan set people = people + 1
