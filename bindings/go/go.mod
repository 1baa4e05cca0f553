module duramen

go 1.19
