"""The stack on this machine: emulators, service, browser; behind `make run` and the tests. Feeds nothing in engine/.

install       what `make setup` does, step by step, each step once
lock          what `make lock` does
run           what `make run` does, from an installed clone to a moving dashboard
stack         emulators and service as one thing
options       what a person may say to `make run`, read from the environment
child, guard  a process that ends when we end, however we end
ports         which addresses are free, and who is told when one is not
java, firestore_jar, firestore    the Firestore emulator and what it needs
auth          the Auth emulator
saved         the emulators' data on disk, whole or not at all
service       the service and its engine
first_fill    watches for the first fill
one_at_a_time one run from a clone, and none beside the remains of the one before
node, chromium, system_packages   what else the machine has or gets
http_json, places                 how and where
errors        everything that can go wrong here, in words that say what to type
"""
