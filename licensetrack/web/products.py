"""Products: by what each is counted, what it depends on, from which vendor and in which editions it comes."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from licensetrack.accounts.permissions import require_city
from licensetrack.core.db import reading
from licensetrack.procurement import queries
from licensetrack.procurement.lines import PRODUCT, describe_product
from licensetrack.web import bought_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.contract_forms import ProductForm

products = Blueprint("products", __name__, url_prefix="/products")


@products.get("")
@needs("procurement:read")
def index() -> ResponseReturnValue:
    """All products."""
    with reading() as db:
        return render_template("budget/products.html", rows=queries.products(db), words=bought_words)


@products.get("/<code>")
@needs(PRODUCT)
def edit(code: str) -> ResponseReturnValue:
    """Where a product is described."""
    form = ProductForm(None)
    with reading() as db:
        form.fill(queries.product(db, code))
    return _page(form, code)


@products.post("/<code>")
@needs(PRODUCT)
def change(code: str) -> ResponseReturnValue:
    """Changes a product's name, vendor or editions."""
    form = ProductForm()

    def act() -> str:
        describe_product(code, form.entry(), actor=actor(), seen=form.seen)
        return url_for("products.index")

    return perform(form, act, lambda: _page(form, code))


def _page(form: ProductForm, code: str) -> str:
    require_city(actor(), PRODUCT)
    with reading() as db:
        product = queries.product(db, code)
    return render_template("budget/product_form.html", form=form, product=product, words=bought_words)
