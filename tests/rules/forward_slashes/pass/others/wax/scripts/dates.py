print(1450)
