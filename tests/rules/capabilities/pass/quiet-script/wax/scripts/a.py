print("wax")
