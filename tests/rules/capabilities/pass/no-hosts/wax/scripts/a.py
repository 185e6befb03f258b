# see https://docs.wax.dev about requests
NS = 'http://www.w3.org/2000/svg'
open('/etc/hosts', 'r')
import requests
