"""placeholder"""
def test_source(api): return ""
