module duramen/raw

go 1.20
