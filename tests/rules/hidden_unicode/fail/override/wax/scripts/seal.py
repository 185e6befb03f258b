# ⁦ check ⁩
x = 1
