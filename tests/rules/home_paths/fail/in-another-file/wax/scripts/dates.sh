# dates

SEALS='/Users/ada/seals'
