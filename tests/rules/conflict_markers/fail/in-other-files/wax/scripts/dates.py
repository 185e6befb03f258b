<<<<<<< ours
print(1450)
=======
print(1500)
>>>>>>> theirs
