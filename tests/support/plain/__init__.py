"""CONTRACT sections 2 and 3 read by somebody who knows no SQL: slow, plain, independent of the models.

Nothing here may be written with a model open beside it: where both agree, two readers understood the same words.
Days are `date`, money is `Decimal`, everything else is whole numbers and fractions; there is no float.
"""
